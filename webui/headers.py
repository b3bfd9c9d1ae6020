"""Headers of every response (ASVS 5.0, chapter 3): nothing runs, nothing is kept, nobody frames."""

from __future__ import annotations

from flask import Response

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""Content Security Policy Level 3 for pages: no script at all, style and images from here only."""

SCRIPT_POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"
"""For the pages with a script: from a file of ours, and it may ask nobody else."""

FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For originals: should a browser open one after all, it runs in an empty sandbox."""

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
        "publickey-credentials-get=(), usb=()"
    ),
}


def harden(response: Response) -> Response:
    """Set the headers on a response; a policy that a page chose itself stands."""
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers.remove("Server")
    return response
