"""Kinto in memory, with accounts that anybody may open. Settings as `kinto init` writes them, less the logging."""

import kinto
from pyramid.config import Configurator
from waitress import serve

SETTINGS = {
    "kinto.includes": "kinto.plugins.default_bucket kinto.plugins.accounts",
    "kinto.storage_backend": "kinto.core.storage.memory",
    "kinto.cache_backend": "kinto.core.cache.memory",
    "kinto.permission_backend": "kinto.core.permission.memory",
    "kinto.userid_hmac_secret": "aea10a8a8a7bd5f1f4fdbc9f4fdb2f8d",
    "kinto.bucket_create_principals": "system.Authenticated",
    "multiauth.policies": "account",
    "multiauth.policy.account.use": "kinto.plugins.accounts.AccountsPolicy",
    "kinto.account_create_principals": "system.Everyone",
    "kinto.experimental_permissions_endpoint": "true",
}

app = kinto.main({}, Configurator(settings=SETTINGS), **SETTINGS)

if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=8888)
