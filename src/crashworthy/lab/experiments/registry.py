"""All experiments. A new one is a line here."""

from __future__ import annotations

from crashworthy.lab.experiments.access.forgeable_token import ForgeableToken
from crashworthy.lab.experiments.access.guessable_secret import GuessableSecret
from crashworthy.lab.experiments.access.known_credential import KnownCredential
from crashworthy.lab.experiments.access.login_kept import LoginKept
from crashworthy.lab.experiments.access.login_probe import LoginProbe
from crashworthy.lab.experiments.access.mass_assignment import MassAssignment
from crashworthy.lab.experiments.access.object_of_another import ObjectOfAnother
from crashworthy.lab.experiments.access.password_reset import PasswordReset
from crashworthy.lab.experiments.access.right_not_checked import RightNotChecked
from crashworthy.lab.experiments.access.token_after_change import TokenAfterPasswordChange
from crashworthy.lab.experiments.access.token_after_logout import TokenAfterLogout
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from crashworthy.lab.experiments.conservation.odd_amounts import OddAmounts
from crashworthy.lab.experiments.conservation.split import Split
from crashworthy.lab.experiments.crosssite.active_upload import ActiveUpload
from crashworthy.lab.experiments.crosssite.foreign_form import ForeignForm
from crashworthy.lab.experiments.crosssite.other_sites import OtherSites
from crashworthy.lab.experiments.crosssite.script_in_page import ScriptInPage
from crashworthy.lab.experiments.dependency.slow_dependency import SlowDependency
from crashworthy.lab.experiments.durability.broken_start import BrokenStart
from crashworthy.lab.experiments.durability.restart import Restart
from crashworthy.lab.experiments.durability.stopping import Stopping
from crashworthy.lab.experiments.experiment import Experiment
from crashworthy.lab.experiments.exposure.password_trail import PasswordTrail
from crashworthy.lab.experiments.exposure.private_trail import PrivateTrail
from crashworthy.lab.experiments.exposure.traceback_shown import TracebackShown
from crashworthy.lab.experiments.exposure.untrusted_certificate import UntrustedCertificate
from crashworthy.lab.experiments.injection.injection import Injection
from crashworthy.lab.experiments.input.hostile_input import HostileInput
from crashworthy.lab.experiments.input.parallel_requests import ParallelRequests
from crashworthy.lab.experiments.partial.middle import BrokenInTheMiddle
from crashworthy.lab.experiments.partial.taken_back import TakenBack
from crashworthy.lab.experiments.readback.page_by_page import PageByPage
from crashworthy.lab.experiments.readback.read_back import ReadBack
from crashworthy.lab.experiments.resource.cost_by_number import CostByNumber
from crashworthy.lab.experiments.resource.expanding_input import ExpandingInput
from crashworthy.lab.experiments.resource.kept_upload import KeptUpload
from crashworthy.lab.experiments.resource.large_body import LargeBody
from crashworthy.lab.experiments.resource.slow_pattern import SlowPattern
from crashworthy.lab.experiments.retry.repeated import RepeatedRequest
from crashworthy.lab.experiments.time.days import CalendarDays
from crashworthy.lab.experiments.time.deadlines import Deadlines
from crashworthy.lab.experiments.time.expiry import Expiry
from crashworthy.lab.experiments.time.holds import Holds
from crashworthy.lab.experiments.time.left_held import LeftHeld
from crashworthy.lab.experiments.workers.several_workers import SeveralWorkers
from crashworthy.lab.experiments.workers.starting import StartTogether

EXPERIMENTS: tuple[Experiment, ...] = (
    LostUpdate(),
    SlowDependency(),
    Injection(),
    HostileInput(),
    ParallelRequests(),
    ObjectOfAnother(),
    KnownCredential(),
    ForgeableToken(),
    TokenAfterLogout(),
    TokenAfterPasswordChange(),
    PasswordReset(),
    GuessableSecret(),
    LoginKept(),
    LoginProbe(),
    RepeatedRequest(),
    BrokenInTheMiddle(),
    TakenBack(),
    MassAssignment(),
    RightNotChecked(),
    Restart(),
    BrokenStart(),
    Stopping(),
    PasswordTrail(),
    PrivateTrail(),
    TracebackShown(),
    UntrustedCertificate(),
    ScriptInPage(),
    OtherSites(),
    CostByNumber(),
    ExpandingInput(),
    SlowPattern(),
    LargeBody(),
    KeptUpload(),
    ForeignForm(),
    ActiveUpload(),
    SeveralWorkers(),
    ReadBack(),
    CalendarDays(),
    Deadlines(),
    StartTogether(),
    OddAmounts(),
    Split(),
    PageByPage(),
    Expiry(),
    Holds(),
    LeftHeld(),
)
