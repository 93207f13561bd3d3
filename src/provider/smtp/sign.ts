import { createPrivateKey } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import DKIM from 'nodemailer/lib/dkim'
import { AppError } from '../../error.ts'

/** What mail is signed with. The key is RSA, in PEM. */
export type DkimKey = { readonly domain: string; readonly selector: string; readonly privateKey: string }

/** Puts `DKIM-Signature` in front of a message (RFC 6376), relaxed/relaxed, with sha256. */
export type Sign = (message: Buffer) => Promise<Buffer>

// One-click needs both List-Unsubscribe headers in the signature (RFC 8058 section 4), and of those nodemailer signs
// only one when it is left alone.
const SIGNED = [
  'From',
  'Reply-To',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
].join(':')

/**
 * Signs with one key, for all mail.
 * @throws AppError `config_invalid` for a key that is not RSA: with one, nodemailer would leave mail unsigned and say nothing
 */
export function createSigner({ domain, selector, privateKey }: DkimKey): Sign {
  if (createPrivateKey(privateKey).asymmetricKeyType !== 'rsa') {
    throw new AppError('config_invalid', 'Mail can be signed with an RSA key only.')
  }
  const dkim = new DKIM({ domainName: domain, keySelector: selector, privateKey, headerFieldNames: SIGNED })
  return (message) => buffer(dkim.sign(message))
}
