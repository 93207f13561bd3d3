import { describe, expect, test } from 'vitest'
import { appear, drawnPicture } from '../../src/preview/appearance.ts'
import type { Appearance } from '../../src/preview/choice.ts'

const PLAIN: Appearance = { scheme: 'light', pictures: 'web', styles: 'on' }
const BASE = '<base target="_blank">'

function shown(html: string, looks: Partial<Appearance>): string {
  return appear(html, { ...PLAIN, ...looks }).replace(BASE, '')
}

describe('a mail as a client shows it', () => {
  test('keeps its own dark styles for those who honour them, and has none for those who do not', () => {
    const css = '<style>@media (prefers-color-scheme:dark) and (max-width:9px){.a{color:red}}</style>'
    expect(shown(css, { scheme: 'dark' })).toBe(
      '<style>@media (min-width:0) and (max-width:9px){.a{color:red}}</style>',
    )
    expect(shown(css, { scheme: 'light' })).toBe(
      '<style>@media (max-width:0) and (max-width:9px){.a{color:red}}</style>',
    )
    expect(shown(`${css}<p>x</p>`, { scheme: 'inverted' })).toMatch(/<style> ?and|<style><\/style><p>x<\/p>$/)
  })

  test('is inverted in every colour, wherever it is written', () => {
    const html =
      '<style>.a{color:#000}@media print{.b{background:#fff}}</style>' +
      '<td bgcolor="#ffffff" style="color:rgb(0, 0, 0);border-top:1px solid black;padding:0">Black: #000000</td>'
    expect(shown(html, { scheme: 'inverted' })).toContain(
      '<style>.a{color:rgb(255,255,255)}@media print{.b{background:rgb(26,26,26)}}</style>' +
        '<td bgcolor="rgb(26,26,26)" style="color:rgb(255,255,255);border-top:1px solid rgb(255,255,255);padding:0">' +
        'Black: #000000</td>',
    )
  })

  test('keeps what is dark already where only light grounds and dark letters change, and is marked as Outlook does', () => {
    const html =
      '<body><p style="background-color:#101010;color:#eeeeee">a</p><p style="background:#fff;color:#111">b</p></body>'
    expect(shown(html, { scheme: 'outlook' })).toContain(
      '<body data-ogsc="" data-ogsb=""><p style="background-color:#101010;color:#eeeeee">a</p>' +
        '<p style="background:rgb(26,26,26);color:rgb(240,240,240)">b</p>',
    )
  })

  test('leaves the rules for Outlook after its change alone', () => {
    const css = '<style>[data-ogsc] .a{color:#eee!important}</style>'
    expect(shown(css, { scheme: 'outlook' })).toContain(css)
  })

  test('loses its style block, and nothing else', () => {
    expect(shown('<head><style>p{color:red}</style></head><p style="color:red">x</p>', { styles: 'off' })).toBe(
      '<head></head><p style="color:red">x</p>',
    )
  })

  test('shows pictures at hand, draws the others in their size, or leaves all out', () => {
    const html = '<img src="https://a.example/1.png?x=1&amp;y=2" width="20"><img alt="" src="https://a.example/2.png">'
    const atHand = new Map([['https://a.example/1.png?x=1&y=2', { name: 'abc.png' }]])
    const drawn = appear(html, { ...PLAIN, pictures: 'drawn' }, atHand)
    expect(drawn).toContain('<img src="/assets/abc.png" width="20">')
    expect(drawn).toContain('<img alt="" src="/picture?width=600&amp;height=300">')
    expect(appear(html, { ...PLAIN, pictures: 'web' }, atHand)).toContain('src="https://a.example/2.png"')
    expect(appear(html, { ...PLAIN, pictures: 'off' }, atHand)).not.toContain('a.example')
    expect(drawnPicture(600, 300)).toContain('600 × 300')
  })
})
