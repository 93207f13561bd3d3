import type { Palette } from './palette.ts'
import type { Theme } from './theme.ts'

const print: Palette = { paper: '#ffffff', ink: '#000000', muted: '#333333', rule: '#999999', accent: '#000000' }

/**
 * The one style block of a mail. Simple class selectors and plain media queries only: Gmail throws a whole block away
 * for less. Every declaration fights an inline style, hence the !important throughout.
 */
export function styleOf({ light, dark }: Theme): string {
  return `:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}
a[x-apple-data-detectors]{color:inherit!important;text-decoration:none!important;font:inherit!important}
@media (prefers-color-scheme:dark){
${[...backgrounds(dark), ...inks(dark)].join('\n')}
.plate{background-color:${light.paper}!important;padding:8px!important}
}
${inks(dark, '[data-ogsc] ').join('\n')}
${backgrounds(dark, '[data-ogsb] ').join('\n')}
@media (max-width:480px){
.gutter{padding-left:16px!important;padding-right:16px!important}
.h1{font-size:28px!important;line-height:34px!important}
.dek{font-size:18px!important;line-height:26px!important}
.thumb{width:88px!important}
.wide-only{display:none!important}
.own-line{display:block!important}
}
@media print{
${[...backgrounds(print), ...inks(print)].join('\n')}
.filled{background-color:${print.paper}!important}
.on-filled{color:${print.ink}!important}
.on-screen{display:none!important}
.whole{page-break-inside:avoid}
}`
}

function backgrounds(palette: Palette, scope = ''): string[] {
  return [
    `${scope}.paper{background-color:${palette.paper}!important}`,
    `${scope}.filled{background-color:${palette.accent}!important}`,
  ]
}

function inks(palette: Palette, scope = ''): string[] {
  return [
    `${scope}.ink{color:${palette.ink}!important}`,
    `${scope}.muted{color:${palette.muted}!important}`,
    `${scope}.accent{color:${palette.accent}!important}`,
    `${scope}.on-filled{color:${palette.paper}!important}`,
    `${scope}.ink-line{border-color:${palette.ink}!important}`,
    `${scope}.rule-line{border-color:${palette.rule}!important}`,
    `${scope}.accent-line{border-color:${palette.accent}!important}`,
  ]
}
