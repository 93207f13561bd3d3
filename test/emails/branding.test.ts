import { describe, expect, test } from 'vitest'
import { type Branding, brandingProps } from '../../emails/branding.ts'
import { contrast, lightenedFor } from '../../emails/color.ts'
import { dark, light } from '../../emails/palette.ts'
import { sampleIssue, sampleNewsletter } from '../../emails/sample.ts'
import { SANS, SERIF, themeOf } from '../../emails/theme.ts'
import { articleTemplate, rendered, shownText, tags } from './rendering.tsx'

const branded = (branding: Branding) =>
  rendered(articleTemplate, { ...sampleIssue, newsletter: { ...sampleNewsletter, branding } })

test('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
  expect(contrast('#777777', '#777777')).toBe(1)
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  expect(contrast('#ffffff', '#767676')).toBe(contrast('#767676', '#ffffff'))
})

describe('an accent', () => {
  test('that cannot be read on the paper is refused, with its contrast', () => {
    const messages = (branding: object) => brandingProps.safeParse(branding).error?.issues.map(({ message }) => message)
    expect(messages({ accent: '#e08a00' })).toEqual([
      '#e08a00 has a contrast of 2.65:1 on the light paper (#fffdf9); text needs at least 4.5:1.',
    ])
    expect(messages({ accentDark: '#333333' })).toEqual([
      '#333333 has a contrast of 1.41:1 on the dark paper (#16181b); text needs at least 4.5:1.',
    ])
    expect(messages({ accent: 'red' })).toEqual(['Expected a colour such as #8f1f1b.'])
    expect(messages({ accent: '#1d4f7c', accentDark: '#9cc4e6' })).toBeUndefined()
  })

  test('is made light enough for dark paper, whatever its hue', () => {
    for (const accent of ['#8f1f1b', '#1d4f7c', '#0a5c36', '#5b2a86', '#000000', '#0000ff', '#7a4a00']) {
      expect(contrast(lightenedFor(accent, dark.paper), dark.paper)).toBeGreaterThanOrEqual(4.5)
    }
    expect(themeOf({ accent: '#1d4f7c', accentDark: '#9cc4e6' }).dark.accent).toBe('#9cc4e6')
    expect(themeOf().dark).toEqual(dark)
  })

  test('of our own can be read in both schemes, as all our colours can', () => {
    for (const palette of [light, dark]) {
      for (const color of [palette.ink, palette.muted, palette.accent]) {
        expect(contrast(color, palette.paper)).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})

test('a brand changes colour and face everywhere, and what is said at the end', async () => {
  const { html, text } = await branded({
    accent: '#1d4f7c',
    face: 'sans',
    footer: 'Edited in Port Hale.\nWrite to us.',
  })
  expect(html).not.toContain(light.accent)
  expect(html).not.toContain(dark.accent)
  expect(html).not.toContain(SERIF)
  expect(tags(html, 'h1')[0]).toContain(SANS)
  expect(shownText(html)).toContain('Edited in Port Hale.\nWrite to us.')
  expect(text).toContain('Edited in Port Hale.\nWrite to us.\n\nThe Harbour Record\n')
})

test('a logo stands in for the name, is as high as a line of it may be, and says the name when it is not loaded', async () => {
  const logo = { src: 'https://harbour.example/logo.png', alt: 'The Harbour Record', width: 960, height: 192 }
  const { html, text } = await branded({ logo })
  const [image] = tags(html, 'img')
  expect(image).toContain('alt="The Harbour Record"')
  expect(image).toContain('width="320"')
  expect(image).toContain('height="64"')
  expect(text).toMatch(/^The Harbour Record\n/)
})
