"""Database files and folders that the run gave the service, outside of its copy."""

from __future__ import annotations

import shutil
from pathlib import Path


class FolderState:
    """The files below one folder, remembered as a copy beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept = folder.with_name(f"{folder.name}.fresh")
        folder.mkdir(parents=True, exist_ok=True)

    def remember(self) -> None:
        """Remember the files as they are now."""
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.folder, self._kept, symlinks=True)

    def reset(self) -> None:
        """Bring the files back; the folder itself stays the same one."""
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        if self._kept.exists():
            shutil.copytree(self._kept, self.folder, symlinks=True, dirs_exist_ok=True)
