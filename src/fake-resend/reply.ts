import type { ApiError } from './errors.ts'

/** What a call is answered, before a fault may spoil it on its way. */
export type Reply = { readonly status: number; readonly body: unknown }

/** An answer that is not JSON. */
export type FileReply = { readonly contentType: string; readonly bytes: Buffer }

export function ok(body: unknown): Reply {
  return { status: 200, body }
}

export function refused(error: ApiError): Reply {
  return { status: error.statusCode, body: error }
}
