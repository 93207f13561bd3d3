// What runs in the thread that takes mails apart.
import { serveThread } from '../thread/serve.ts'
import { type ParsedMail, parseMail } from './parse.ts'

serveThread((raw: Uint8Array): Promise<ParsedMail | null> => parseMail(raw).catch(() => null))
