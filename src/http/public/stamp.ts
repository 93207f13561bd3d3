import type { Tokens } from '../../subscriber/token.ts'

/** A form is filled in by nobody in less than this … */
const AT_LEAST_MS = 2_000
/** … and stays open in a browser for at most so long. */
const AT_MOST_MS = 24 * 3_600_000

/** The time at which a form was made, in a form that only we can write. */
export function stampForm(tokens: Pick<Tokens, 'pseudonym'>, at: Date): string {
  const time = Math.floor(at.getTime() / 1000).toString(36)
  return `${time}.${tokens.pseudonym(`form ${time}`)}`
}

/** A stamp for a form that comes back to a person who was too quick, or too late: it is old enough at once. */
export function stampAgain(tokens: Pick<Tokens, 'pseudonym'>, now: Date): string {
  return stampForm(tokens, new Date(now.getTime() - AT_LEAST_MS))
}

/** `none`: of a form that is not ours, or of an older secret. */
export type Stamp = 'none' | 'too_quick' | 'too_old' | 'good'

/** What a stamp says about whoever sent the form. */
export function readStamp(tokens: Pick<Tokens, 'pseudonym'>, stamp: string, now: Date): Stamp {
  const time = Number.parseInt(/^([0-9a-z]{1,9})\./.exec(stamp)?.[1] ?? '', 36)
  const at = new Date(time * 1000)
  if (Number.isNaN(time) || stampForm(tokens, at) !== stamp) return 'none'
  const ageMs = now.getTime() - at.getTime()
  if (ageMs < AT_LEAST_MS) return 'too_quick'
  return ageMs > AT_MOST_MS ? 'too_old' : 'good'
}
