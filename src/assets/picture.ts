import type { AssetExtension } from './asset.ts'

/** What the first bytes of a file say it is: a picture of a size in pixels, or why it is none that can be mailed. */
export type SniffedPicture =
  | { readonly kind: 'picture'; readonly extension: AssetExtension; readonly width: number; readonly height: number }
  | { readonly kind: 'refused'; readonly reason: string }

/** Reads what a file is from what is in it, whatever its name says. */
export function sniffPicture(bytes: Uint8Array): SniffedPicture {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const extension = extensionOf(data)
  if (extension === undefined) return { kind: 'refused', reason: whatElse(data) }
  const size = SIZES[extension](data)
  return size === undefined || !isSize(size)
    ? { kind: 'refused', reason: `it begins as ${NAMES[extension]} and is none: its size cannot be read` }
    : { kind: 'picture', extension, ...size }
}

type Size = { readonly width: number; readonly height: number }

const NAMES: Readonly<Record<AssetExtension, string>> = { png: 'a PNG', jpg: 'a JPEG', gif: 'a GIF', webp: 'a WebP' }
const MAX_PIXELS = 20_000

function isSize({ width, height }: Size): boolean {
  return [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= MAX_PIXELS)
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function extensionOf(data: Buffer): AssetExtension | undefined {
  if (data.subarray(0, 8).equals(PNG)) return 'png'
  if (data[0] === 0xff && data[1] === 0xd8 && data[2] === 0xff) return 'jpg'
  if (/^GIF8[79]a$/.test(latin(data, 0, 6))) return 'gif'
  return latin(data, 0, 4) === 'RIFF' && latin(data, 8, 12) === 'WEBP' ? 'webp' : undefined
}

/** Why a file that is no picture of ours is refused, in words that help. */
function whatElse(data: Buffer): string {
  const start = data.subarray(0, 1_024).toString('utf8').trimStart()
  if (/^(?:\ufeff)?(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE\s+svg[^>]*>\s*)?<svg[\s/>]/i.test(start)) {
    return 'it is an SVG, which Gmail and Outlook do not show and which can hold scripts; export it as PNG'
  }
  if (/^(?:avif|avis|heic|heix|mif1|msf1)$/.test(latin(data, 8, 12))) {
    return 'it is an AVIF or HEIC, which most mail programs do not show; save it as JPEG or PNG'
  }
  return data.length === 0 ? 'it is empty' : 'it is no PNG, JPEG, GIF or WebP'
}

function latin(data: Buffer, from: number, to: number): string {
  return data.subarray(from, to).toString('latin1')
}

const SIZES: Readonly<Record<AssetExtension, (data: Buffer) => Size | undefined>> = {
  png: (data) => (data.length < 24 ? undefined : { width: data.readUInt32BE(16), height: data.readUInt32BE(20) }),
  gif: (data) => (data.length < 10 ? undefined : { width: data.readUInt16LE(6), height: data.readUInt16LE(8) }),
  jpg: jpegSize,
  webp: webpSize,
}

// Frames that tell the size: all "start of frame" markers, without those of tables in between.
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])

/** The size as it is shown: a camera that was held upright writes the picture lying, and says so. */
function jpegSize(data: Buffer): Size | undefined {
  let isTurned = false
  for (let at = 2; at + 9 < data.length; ) {
    if (data[at] !== 0xff) return undefined
    const marker = data[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = data.readUInt16BE(at + 2)
    if (FRAMES.has(marker)) {
      const [height, width] = [data.readUInt16BE(at + 5), data.readUInt16BE(at + 7)]
      return isTurned ? { width: height, height: width } : { width, height }
    }
    if (marker === 0xe1) isTurned ||= isTurnedByExif(data.subarray(at + 4, at + 2 + length))
    at += 2 + length
  }
  return undefined
}

const ORIENTATION = 0x0112

/** Whether the orientation in Exif data (TIFF 6.0, first directory) turns the picture by a quarter: 5 to 8. */
function isTurnedByExif(data: Buffer): boolean {
  if (latin(data, 0, 4) !== 'Exif' || data.length < 14) return false
  const tiff = data.subarray(6)
  const isLittle = latin(tiff, 0, 2) === 'II'
  const short = (at: number) => (at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const entries = Array.from({ length: Math.min(short(first), 100) }, (_, index) => first + 2 + 12 * index)
  const entry = entries.find((at) => short(at) === ORIENTATION)
  return entry !== undefined && short(entry + 8) >= 5 && short(entry + 8) <= 8
}

/** WebP has three kinds, each of which keeps its size elsewhere (RFC 9649). */
function webpSize(data: Buffer): Size | undefined {
  if (data.length < 30) return undefined
  switch (latin(data, 12, 16)) {
    case 'VP8 ':
      return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = data.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 }
    default:
      return undefined
  }
}
