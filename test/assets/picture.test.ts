import { describe, expect, test } from 'vitest'
import { checkPicture } from '../../src/assets/keep.ts'
import { sniffPicture } from '../../src/assets/picture.ts'
import { gif, jpeg, png, webp } from './pictures.ts'

describe('a picture', () => {
  test.each([
    ['a PNG', png(3, 200), 'png', 3, 200],
    ['a JPEG', jpeg(1200, 800), 'jpg', 1200, 800],
    ['a JPEG that a camera wrote lying', jpeg(1200, 800, 6), 'jpg', 800, 1200],
    ['a JPEG that a camera wrote upside down', jpeg(1200, 800, 3), 'jpg', 1200, 800],
    ['a GIF', gif(88, 31), 'gif', 88, 31],
    ['a lossy WebP', webp('VP8 ', 640, 480), 'webp', 640, 480],
    ['a lossless WebP', webp('VP8L', 640, 481), 'webp', 640, 481],
    ['a WebP with more in it', webp('VP8X', 16_385, 2), 'webp', 16_385, 2],
  ])('is known by its bytes: %s', (_, bytes, extension, width, height) => {
    expect(sniffPicture(bytes)).toEqual({ kind: 'picture', extension, width, height })
  })

  test.each([
    ['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'it is an SVG, which'],
    ['<?xml version="1.0"?>\n<!-- a -->\n<svg/>', 'it is an SVG, which'],
    ['<!doctype html><script>alert(1)</script>', 'it is no PNG, JPEG, GIF or WebP'],
    ['', 'it is empty'],
    ['\0\0\0\x20ftypavif', 'it is an AVIF or HEIC'],
    ['GIF89a', 'it begins as a GIF and is none'],
    [png(0, 4).toString('latin1'), 'it begins as a PNG and is none'],
    [png(20_001, 1).toString('latin1'), 'it begins as a PNG and is none'],
    ['\xff\xd8\xff\xe0\xff\xff', 'it begins as a JPEG and is none'],
    ['RIFF\0\0\0\0WEBPVP8?', 'it begins as a WebP and is none'],
  ])('that is none is refused with the reason: %j', (text, reason) => {
    expect(sniffPicture(Buffer.from(text, 'latin1'))).toEqual({
      kind: 'refused',
      reason: expect.stringContaining(reason),
    })
  })

  test('never keeps the reader of broken files busy or breaks it', () => {
    const whole = [png(30, 20), jpeg(30, 20, 8), gif(30, 20), webp('VP8X', 30, 20)]
    for (const picture of whole) {
      for (let at = 0; at < picture.length; at++) {
        sniffPicture(picture.subarray(0, at))
        const bent = Buffer.from(picture)
        bent[at] = (bent[at] ?? 0) ^ 0xff
        sniffPicture(bent)
      }
    }
  })

  test('over 1 MB is taken with a warning, over 5 MB refused', () => {
    const megabyte = 1024 * 1024
    expect(checkPicture(png(9, 9)).warnings).toEqual([])
    expect(checkPicture(png(9, 9, megabyte), 'tide.png').warnings).toEqual([
      'tide.png has 1.0 MB; keep pictures in mail under 1 MB.',
    ])
    expect(() => checkPicture(png(9, 9, 5 * megabyte), 'tide.png')).toThrowError(
      expect.objectContaining({
        code: 'too_large',
        message: 'tide.png has 5.0 MB; 5 MB is the most that is taken. Make it smaller.',
      }),
    )
  })
})
