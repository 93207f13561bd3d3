// A font in which every character is a block, made here to the byte. Pictures of pages set in it depend on the page
// alone: no version of a font, and no font that happens to be installed, can move a line or thicken a letter.

/** How a block font looks, in thousandths of the font size. */
export type Blocks = { readonly width: number; readonly height: number }

type Table = readonly [tag: string, bytes: Buffer]

/** A TrueType font (OpenType 1.9, the tables that browsers ask for); spaces are empty, joiners have no width. */
export function blockFont({ width, height }: Blocks): Buffer {
  const block = box(width, height)
  const glyphs = [block, block, Buffer.alloc(0), Buffer.alloc(0)]
  return assembled([
    ['OS/2', os2(width)],
    ['cmap', cmap()],
    ['glyf', Buffer.concat(glyphs)],
    ['head', head()],
    ['hhea', hhea(width)],
    ['hmtx', shorts(width, 0, width, 0, 250, 0, 0, 0)],
    ['loca', shorts(...[0, ...running(glyphs.map((glyph) => glyph.length / 2))])],
    ['maxp', maxp(glyphs.length)],
    ['name', shorts(0, 0, 6)],
    ['post', Buffer.concat([longs(0x00030000, 0), shorts(-100, 50), longs(0, 0, 0, 0, 0)])],
  ])
}

// Glyph 0 stands for characters that a font does not have.
const BLOCK = 1
const SPACE = 2
const JOINER = 3

// Format 13: whole ranges of characters on one glyph.
function cmap(): Buffer {
  const ranges = [
    [0x00, 0x1f, BLOCK],
    [0x20, 0x20, SPACE],
    [0x21, 0x9f, BLOCK],
    [0xa0, 0xa0, SPACE],
    [0xa1, 0x2009, BLOCK],
    [0x200a, 0x200f, JOINER],
    // Without the Arabic presentation forms, of which a browser would make ligatures by itself.
    [0x2010, 0xfb4f, BLOCK],
    [0xff00, 0xfffd, BLOCK],
  ].flat()
  const table = Buffer.concat([shorts(13, 0), longs(16 + ranges.length * 4, 0, ranges.length / 3, ...ranges)])
  return Buffer.concat([shorts(0, 1, 3, 10), longs(12), table])
}

function box(width: number, height: number): Buffer {
  const flags = Buffer.from([1, 1, 1, 1])
  return Buffer.concat([shorts(1, 0, 0, width, height, 3, 0), flags, shorts(0, 0, width, 0, 0, height, 0, -height)])
}

function head(): Buffer {
  const times = Buffer.alloc(16)
  return Buffer.concat([
    longs(0x00010000, 0, 0, 0x5f0f3cf5),
    shorts(3, 1000),
    times,
    shorts(0, 0, 1000, 1000, 0, 8, 2, 0, 0),
  ])
}

function hhea(width: number): Buffer {
  return Buffer.concat([longs(0x00010000), shorts(800, -200, 0, width, 0, 0, width, 1, 0, 0, 0, 0, 0, 0, 0, 4)])
}

function maxp(glyphs: number): Buffer {
  return Buffer.concat([longs(0x00010000), shorts(glyphs, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)])
}

function os2(width: number): Buffer {
  const sizes = shorts(4, width, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0)
  const rest = shorts(0x0040, 0x20, 0xffff, 800, -200, 0, 800, 200)
  return Buffer.concat([
    sizes,
    Buffer.alloc(10),
    longs(1, 0, 0, 0),
    Buffer.from('PRSR'),
    rest,
    longs(1, 0),
    shorts(500, 700, 0, 32, 1),
  ])
}

function assembled(tables: readonly Table[]): Buffer {
  const count = tables.length
  const header = Buffer.concat([longs(0x00010000), shorts(count, 128, 3, count * 16 - 128)])
  let offset = 12 + 16 * count
  const records = tables.map(([tag, bytes]) => {
    const record = Buffer.concat([Buffer.from(tag), longs(checksum(bytes), offset, bytes.length)])
    offset += padded(bytes).length
    return record
  })
  return Buffer.concat([header, ...records, ...tables.map(([, bytes]) => padded(bytes))])
}

function checksum(bytes: Buffer): number {
  const words = padded(bytes)
  let sum = 0
  for (let at = 0; at < words.length; at += 4) sum = (sum + words.readUInt32BE(at)) >>> 0
  return sum
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

function running(lengths: readonly number[]): number[] {
  let total = 0
  return lengths.map((length) => (total += length))
}

function shorts(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([(value >> 8) & 0xff, value & 0xff])))
}

function longs(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff))))
}
