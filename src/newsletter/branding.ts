import { z } from 'zod'
import { type Branding, brandingProps } from '../../emails/props.ts'
import { ASSET } from '../article/pictures.ts'
import { assetUrl } from '../assets/asset.ts'

const logo = brandingProps.shape.logo.unwrap()

/** What makes a newsletter look like itself, as it is kept: its logo may be a picture that was uploaded. */
export const newsletterBrandingSchema = z.strictObject({
  ...brandingProps.shape,
  logo: z.strictObject({ ...logo.shape, src: z.union([z.string().regex(ASSET), logo.shape.src]) }).optional(),
})

export type NewsletterBranding = z.output<typeof newsletterBrandingSchema>

const { shape } = newsletterBrandingSchema

/** What may be changed of it: what is left out stays, and null makes it as the theme has it. */
export const brandingChangesSchema = z.strictObject({
  logo: shape.logo.nullable(),
  accent: shape.accent.nullable(),
  accentDark: shape.accentDark.nullable(),
  face: shape.face.nullable(),
  footer: shape.footer.nullable(),
})

/** A branding as a mail shows it: with the addresses under which its pictures are served. */
export function brandingInMail({ logo, ...rest }: NewsletterBranding, publicUrl: string): Branding {
  if (logo === undefined) return rest
  return { ...rest, logo: { ...logo, src: assetUrl(logo.src, publicUrl) } }
}
