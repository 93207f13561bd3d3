import type { Path } from './check.ts'
import { shown } from './conversion.ts'
import { isRecord } from './fields.ts'
import { findPicture, noPicture, type PictureSources } from './pictures.ts'

/** Fields whose pictures are where readers find them. */
export type PlacedFields = {
  readonly value: Readonly<Record<string, unknown>>
  /** What was left out. */
  readonly remarks: readonly { readonly path: Path; readonly message: string }[]
  /** Files that are asked for and are not at hand, and which field does. */
  readonly missing: readonly { readonly path: string; readonly of: Path }[]
}

type Placing = PictureSources & {
  /** A hero that cannot be used is left out rather than refused: it was meant for a site. */
  readonly isOptional?: boolean
}

/** Resolves the addresses of the hero and of the byline's avatar; what is no address of a picture is left to the check. */
export function placePictures(fields: Readonly<Record<string, unknown>>, placing: Placing): PlacedFields {
  const value = { ...fields }
  const remarks: { path: Path; message: string }[] = []
  const missing: { path: string; of: Path }[] = []
  for (const [field, key] of PICTURES) {
    const { [field]: holder } = value
    if (!isRecord(holder) || typeof holder[key] !== 'string') continue
    const found = findPicture(holder[key], placing)
    if (found.kind === 'found') value[field] = { ...(key === 'src' ? sizeOf(found) : {}), ...holder, [key]: found.src }
    else if (found.kind === 'missing' && (placing.pictures !== undefined || placing.seeksFiles)) {
      missing.push({ path: found.path, of: [field] })
      value[field] = without(holder, key)
      if (field === 'hero') delete value.hero
    } else if (field === 'hero' && placing.isOptional) {
      remarks.push({ path: [field], message: `image left out: ${shown(holder[key])} is ${noPicture(found)}` })
      delete value[field]
    }
  }
  return { value, remarks, missing }
}

function without(record: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key))
}

const PICTURES = [
  ['hero', 'src'],
  ['byline', 'avatar'],
] as const

/** The size of a picture that is at hand. */
export function sizeOf({ width, height }: { readonly width?: number; readonly height?: number }) {
  return { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) }
}
