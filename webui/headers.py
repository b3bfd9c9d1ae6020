"""Headers of every response (ASVS 5.0, chapter 3): nothing runs, nothing is kept, nobody frames."""

from __future__ import annotations

from werkzeug import Response

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
"""Content Security Policy Level 3 for pages: scripts, style and images are files from here only.

No script writes markup (Trusted Types).
"""

ASKING_POLICY = f"{PAGE_POLICY}; connect-src 'self'"
"""For pages whose script asks this archive: handing in piece by piece, how far a run has come."""

FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For originals: should a browser open one after all, it runs in an empty sandbox."""

_PERMISSIONS = "Permissions-Policy"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cache-Control": "no-store",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "publickey-credentials-create=(), publickey-credentials-get=(), usb=()"
    ),
}


def allow_passkeys(response: Response) -> Response:
    """Let a page ask an authenticator; everything else stays forbidden."""
    response.headers[_PERMISSIONS] = _ALWAYS[_PERMISSIONS].replace(
        "publickey-credentials-create=(), publickey-credentials-get=()",
        "publickey-credentials-create=(self), publickey-credentials-get=(self)",
    )
    return response


def harden(response: Response) -> Response:
    """Set the headers on a response; a policy that a page chose itself stands."""
    chosen = response.headers.get(_PERMISSIONS)
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    if chosen is not None:
        response.headers[_PERMISSIONS] = chosen
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers.remove("Server")
    return response
