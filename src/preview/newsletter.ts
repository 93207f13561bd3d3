import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { sampleNewsletter } from '../../emails/sample.ts'
import type { NewsletterFacts } from '../edition/props.ts'
import { AppError } from '../error.ts'
import { brandingInMail } from '../newsletter/branding.ts'
import { newNewsletterSchema } from '../newsletter/newsletter.ts'

/** The newsletter that previewed mails belong to. */
export type PreviewNewsletter = NewsletterFacts & { readonly slug: string; readonly fromAddress: string }

/** One that does not exist. */
export const SAMPLE_NEWSLETTER: PreviewNewsletter = {
  slug: 'harbour-record',
  name: sampleNewsletter.name,
  fromName: sampleNewsletter.senderName,
  fromAddress: 'news@harbour.example',
  postalAddress: sampleNewsletter.postalAddress,
  homepage: sampleNewsletter.homepage ?? null,
  locale: sampleNewsletter.locale,
  timeZone: 'UTC',
}

// As `pressroom newsletter show --json` prints one, or a part of it.
const inFile = z.object(newNewsletterSchema.shape).partial()

/**
 * The newsletter of a JSON file; what it leaves out is the sample's. Pictures that were uploaded to an installation are
 * sought at `publicUrl`.
 * @throws AppError `invalid_input` with everything that is wrong in the file
 */
export async function readNewsletter(file: string | undefined, publicUrl: string): Promise<PreviewNewsletter> {
  if (file === undefined) return SAMPLE_NEWSLETTER
  const content = await readJson(file)
  const parsed = inFile.safeParse(content)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ where: path.join('.'), message }))
    throw new AppError('invalid_input', `${file} does not describe a newsletter.`, { problems })
  }
  const { branding, ...given } = parsed.data
  // A newsletter that is made has defaults; one that is looked at has the sample's.
  const isGiven = (name: string) => typeof content === 'object' && content !== null && name in content
  const known = Object.entries(given).filter(([name]) => name in SAMPLE_NEWSLETTER && isGiven(name))
  const looks = branding === undefined ? {} : { branding: brandingInMail(branding, publicUrl) }
  return { ...SAMPLE_NEWSLETTER, ...Object.fromEntries(known), ...looks }
}

/** What a JSON file holds. @throws AppError `invalid_input` when it cannot be read, or is none */
export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new AppError('invalid_input', `The file ${file} cannot be read.`, { cause })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('invalid_input', `${file} is not JSON: ${why}.`, { cause })
  }
}
