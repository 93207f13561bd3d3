import { Img } from '@react-email/components'
import type { Picture as PictureProps } from '../props.ts'
import { blend, looks, MEASURE } from '../theme.ts'

/** A picture no wider than the text, with its caption and credit under it. */
export function Picture({ src, alt, caption, credit, width, height }: PictureProps & { readonly credit?: string }) {
  const size = fitted(width, height)
  const under = [caption, credit].filter(Boolean).join(' ')
  return (
    <>
      <Img
        src={src}
        alt={alt}
        width={size.width}
        height={size.height}
        {...blend(looks.small, { style: { width: `${size.width}px`, maxWidth: '100%', height: 'auto' } })}
      />
      {under !== '' && <p {...blend(looks.small, { style: { margin: '8px 0 0' } })}>{under}</p>}
    </>
  )
}

/** The size on the page: shrunk to the measure, never enlarged; an unknown width fills it. */
function fitted(width = MEASURE, height?: number): { readonly width: number; readonly height?: number } {
  const shown = Math.min(width, MEASURE)
  return { width: shown, height: height && Math.max(1, Math.round((height * shown) / width)) }
}
