/** An error as the API words it; the order of the keys is the order on the wire. */
export type ApiError = { readonly statusCode: number; readonly message: string; readonly name: string }

function apiError(statusCode: number, name: string, message: string): ApiError {
  return { statusCode, message, name }
}

/** Every error of the double, worded as in Resend's own answers and on its page about errors (docs, autumn 2026). */
export const apiErrors = {
  missingApiKey: apiError(401, 'missing_api_key', 'Missing API key in the authorization header.'),
  invalidApiKey: apiError(403, 'invalid_api_key', 'API key is invalid.'),
  restrictedApiKey: apiError(401, 'restricted_api_key', 'This API key is restricted to only send emails.'),
  suspendedApiKey: apiError(403, 'suspended_api_key', 'This API key is suspended.'),
  missingUserAgent: apiError(403, 'validation_error', 'Missing `User-Agent` header.'),
  notFound: apiError(404, 'not_found', 'The requested endpoint does not exist.'),
  methodNotAllowed: apiError(405, 'method_not_allowed', 'This endpoint does not support the specified HTTP method.'),
  invalidJson: apiError(400, 'validation_error', 'The request body is not valid JSON.'),
  tooLarge: apiError(413, 'validation_error', 'The request body is too large.'),
  rateLimited: apiError(
    429,
    'rate_limit_exceeded',
    'Too many requests. Please limit the number of requests per second.',
  ),
  dailyQuota: apiError(429, 'daily_quota_exceeded', 'You have reached your daily email sending quota.'),
  monthlyQuota: apiError(429, 'monthly_quota_exceeded', 'You have reached your monthly email sending quota.'),
  keyLength: apiError(400, 'invalid_idempotency_key', 'The idempotency key must be between 1 and 256 characters long.'),
  keyRunning: apiError(
    409,
    'concurrent_idempotent_requests',
    'Same idempotency key used while original request is still in progress.',
  ),
  keyMismatch: apiError(
    409,
    'invalid_idempotent_request',
    'Same idempotency key used with a different request payload.',
  ),
  batchShape: apiError(422, 'validation_error', 'The request body must be an array of 1 to 100 emails.'),
  batchMode: apiError(422, 'validation_error', 'The `x-batch-validation` header must be `strict` or `permissive`.'),
  batchAttachments: apiError(422, 'invalid_attachment', 'The `attachments` field is not supported in batch emails.'),
  invalidAttachment: apiError(422, 'invalid_attachment', 'Attachment must have either a `content` or `path`.'),
  notScheduled: apiError(422, 'validation_error', 'Only a scheduled email can be changed or canceled.'),
  suppressionBatch: apiError(422, 'validation_error', 'Give 1 to 100 `emails` or, to remove, `ids` instead.'),
  webhookEvents: apiError(422, 'validation_error', 'The `events` must be a list of event types.'),
  listLimit: apiError(422, 'validation_error', 'The `limit` must be a number between 1 and 100.'),
  listCursor: apiError(422, 'validation_error', 'The `after` and `before` parameters cannot be used together.'),
  internal: apiError(500, 'application_error', 'An unexpected error occurred.'),
} as const satisfies Record<string, ApiError>

/** Nothing with that id; `thing` starts with a capital letter. */
export function notFoundNamed(thing: string): ApiError {
  return apiError(404, 'not_found', `${thing} not found`)
}

/** More than an email may carry; the status is not documented. */
export function attachmentsTooLarge(status: number): ApiError {
  return apiError(status, 'invalid_attachment', 'Attachments must not exceed 40 MB after Base64 encoding.')
}

/** A field that has to be there and is not. */
export function missingField(field: string): ApiError {
  return apiError(422, 'missing_required_field', `Missing \`${field}\` field.`)
}

/** A field whose value is not of the kind the API takes. */
export function invalidField(field: string, expected: string): ApiError {
  return apiError(422, 'validation_error', `Invalid \`${field}\` field. ${expected}`)
}

/** An address that is none; `name` differs between generations of the documentation. */
export function invalidAddress(field: string, name: string): ApiError {
  const forms = '`email@example.com` or `Name <email@example.com>`'
  return apiError(422, name, `Invalid \`${field}\` field. The email address needs to follow the ${forms} format.`)
}

/** A sender whose domain the team has not verified. */
export function unverifiedDomain(domain: string): ApiError {
  const advice = 'Please, add and verify your domain on https://resend.com/domains'
  return apiError(403, 'validation_error', `The ${domain} domain is not verified. ${advice}`)
}

/** A team in test mode, which may write to itself only. */
export function testModeOnly(address: string): ApiError {
  return apiError(403, 'validation_error', `You can only send testing emails to your own email address (${address}).`)
}
