/** One thing that is wrong with an input: where it stands (a path, a line, a setting) and what was expected there. */
export type Problem = { readonly where: string; readonly message: string }

/**
 * The closed list of ways in which Pressroom says no, each with the HTTP status and the CLI exit code it becomes.
 * Decide by code, never by reading a message.
 */
export const ERROR_CODES = {
  invalid_input: { status: 422, exit: 1, title: 'The input is not valid' },
  unauthorised: { status: 401, exit: 4, title: 'A key is needed' },
  forbidden: { status: 403, exit: 4, title: 'Not allowed' },
  not_found: { status: 404, exit: 1, title: 'There is no such thing' },
  conflict: { status: 409, exit: 1, title: 'That is not possible in this state' },
  too_large: { status: 413, exit: 1, title: 'Too large' },
  too_many: { status: 429, exit: 1, title: 'Too many requests' },
  config_invalid: { status: 500, exit: 2, title: 'The configuration is not valid' },
  unavailable: { status: 503, exit: 3, title: 'A part that is needed does not answer' },
  internal: { status: 500, exit: 70, title: 'Something is broken' },
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/**
 * The one error of ours. `message` says what, which id and what to do next, ends with a full stop, and holds no
 * address and no secret. `problems` lists everything wrong with an input at once; `cause` keeps what was caught.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode, message: string, more: { problems?: readonly Problem[]; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.problems = more.problems ?? []
  }
}

/** Shorthand for the commonest refusal: nothing with that id exists. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `There is no ${what} ${id}.`)
}
