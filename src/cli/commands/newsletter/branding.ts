import { type Command, InvalidArgumentError, Option } from 'commander'
import { AppError } from '../../../error.ts'
import { readInput } from '../../read-input.ts'
import type { Session } from '../../session.ts'
import { plainLine } from '../../table.ts'

type Logo = { readonly src: string; readonly alt: string; readonly width: number; readonly height: number }
type Size = Pick<Logo, 'width' | 'height'>

/** How a newsletter looks, as the API tells it. */
export type Branding = {
  readonly logo?: Logo
  readonly accent?: string
  readonly accentDark?: string
  readonly face?: 'serif' | 'sans'
  readonly footer?: string
}

/** What a change says of it; null makes it as the theme has it. */
export type BrandingChanges = { readonly [Part in keyof Branding]?: Branding[Part] | null }

/** The options of looks as they were given; `none` takes one away. */
export type LooksOptions = {
  readonly logo?: string
  readonly logoSize?: Size
  readonly logoAlt?: string
  readonly accent?: string
  readonly accentDark?: string
  readonly face?: string
  readonly footer?: string
}

/** Adds the options that say how a newsletter's mail looks. */
export function withLooks(command: Command): Command {
  return command
    .option('--logo <file or url>', 'The picture in place of its name: png, jpg, gif or webp; none: its name.')
    .option('--logo-size <size>', 'How large it is shown, such as 240x48 (default: as large as the file is).', size)
    .option('--logo-alt <text>', 'What the logo says, for who does not see it (default: its name).')
    .option('--accent <colour>', 'The colour of links and buttons on light paper, such as #8f1f1b.')
    .option('--accent-dark <colour>', 'The same on dark paper (default: made from the accent).')
    .addOption(new Option('--face <face>', 'The letters of headlines and text.').choices(['serif', 'sans', 'none']))
    .option('--footer <text>', 'Some lines of its own at the end of every mail.')
}

/** What the options change; a logo that is a file is uploaded. `name`: what it says unless told otherwise. */
export async function brandingOf(
  options: LooksOptions,
  session: Session,
  name: () => Promise<string>,
): Promise<BrandingChanges | undefined> {
  const { logo, logoSize, logoAlt, accent, accentDark, face, footer } = options
  const given = Object.entries({ accent, accentDark, face, footer }).filter(([, value]) => value !== undefined)
  const changes = Object.fromEntries(given.map(([part, value]) => [part, value === NONE ? null : value]))
  if (logo === undefined) {
    if (logoSize !== undefined || logoAlt !== undefined) throw refused('--logo', 'expected the logo that this is about')
    return given.length === 0 ? undefined : changes
  }
  if (logo === NONE) return { ...changes, logo: null }
  const picture = /^https?:/i.test(logo) ? pictureAt(logo, logoSize) : await upload(logo, session)
  return { ...changes, logo: { ...picture, ...logoSize, alt: logoAlt ?? (await name()) } }
}

const NONE = 'none'

function pictureAt(src: string, shown: Size | undefined): Omit<Logo, 'alt'> {
  if (shown === undefined) throw refused('--logo-size', 'expected how large the picture is, such as 240x48')
  return { src, ...shown }
}

// What kind of picture it is, the server reads from its bytes.
async function upload(file: string, { api, terminal, output }: Session): Promise<Omit<Logo, 'alt'>> {
  const body = { type: 'application/octet-stream', bytes: await readInput(file, terminal) }
  const { src, width, height, warnings } = await api.post<Asset>('/assets', { body })
  for (const warning of warnings) output.warn(plainLine(`Note: ${file}: ${warning}`))
  return { src, width, height }
}

type Asset = Omit<Logo, 'alt'> & { readonly warnings: readonly string[] }

function size(text: string): Size {
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? []
  if (width === undefined || height === undefined) throw new InvalidArgumentError('Expected a size such as 240x48.')
  return { width: Number(width), height: Number(height) }
}

function refused(where: string, message: string): AppError {
  return new AppError('invalid_input', 'The looks cannot be set like that.', { problems: [{ where, message }] })
}
