import { z } from 'zod'
import { contrast, READABLE } from './color.ts'
import { dark, light } from './palette.ts'
import { webUrl } from './web-url.ts'

const pixels = z.int().positive().max(2000)

/**
 * What makes a newsletter look like itself; everything left out is as in the theme. An accent that cannot be read on
 * the paper it stands on is refused. A logo with a transparent ground needs to show on light and on dark: some
 * clients turn the mail dark and leave pictures as they are.
 */
export const brandingProps = z.object({
  logo: z.object({ src: webUrl, alt: z.string().trim().min(1).max(200), width: pixels, height: pixels }).optional(),
  accent: readableOn(light.paper, 'the light paper').optional(),
  /** Made from `accent` when left out. */
  accentDark: readableOn(dark.paper, 'the dark paper').optional(),
  face: z.enum(['serif', 'sans']).optional(),
  /** Some lines of the newsletter's own at the end of every mail. */
  footer: z.string().trim().min(1).max(1000).optional(),
})

export type Branding = z.infer<typeof brandingProps>

function readableOn(paper: string, name: string) {
  return z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, { error: 'Expected a colour such as #8f1f1b.', abort: true })
    .refine((color) => contrast(color, paper) >= READABLE, {
      error: ({ input }) =>
        `${input} has a contrast of ${contrast(String(input), paper).toFixed(2)}:1 on ${name} (${paper}); ` +
        `text needs at least ${READABLE}:1.`,
    })
}
