"""From the error tree to HTTP statuses (RFC 9110 section 15): families first, leaves override."""

from __future__ import annotations

from archive import errors

STATUS_CODES: dict[type[errors.ArchiveError], int] = {
    errors.ArchiveError: 500,
    errors.AccessDenied: 404,
    errors.SignInRefused: 401,
    errors.SecondFactorRefused: 401,
    errors.ScopeMissing: 403,
    errors.LastCustodian: 409,
    errors.FourEyesRequired: 409,
    errors.UnsealingRefused: 409,
    errors.InvalidInput: 422,
    errors.NameTaken: 409,
    errors.UploadTooLarge: 413,
    errors.WrongOffset: 409,
    errors.UploadBusy: 423,
    errors.ChecksumDiffers: 460,
    errors.WrongPlanState: 409,
    errors.PlanChanged: 409,
    errors.RegisterChanged: 409,
    errors.DescriptionChanged: 409,
    errors.ReleaseBlocked: 409,
    errors.PageNotRebuilt: 409,
    errors.PlaceUnknown: 409,
    errors.CrowdTooSmall: 409,
    errors.ArchiveExists: 409,
    errors.IntegrityError: 500,
    errors.StorageError: 503,
    errors.DiskFull: 507,
    errors.NotEnoughSpace: 507,
    errors.SearchError: 422,
    errors.SearchTimeout: 503,
    errors.SearchFailed: 500,
    errors.KeyUnavailable: 401,
    errors.SandboxError: 422,
}
"""Status by family, and by leaf where the leaf differs."""


def status_code(error: errors.ArchiveError) -> int:
    """Return the HTTP status of an error: its own, or that of its nearest ancestor in the table."""
    return next(STATUS_CODES[kind] for kind in type(error).__mro__ if kind in STATUS_CODES)
