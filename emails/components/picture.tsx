import { Img } from '@react-email/components'
import { useMail } from '../mail.tsx'
import type { Picture as PictureProps } from '../props.ts'
import { blend, MEASURE, spaced } from '../theme.ts'

/** A picture no wider than the text, with its caption and credit under it. */
export function Picture({ src, alt, caption, credit, width, height }: PictureProps & { readonly credit?: string }) {
  const { looks } = useMail()
  const size = fitted(MEASURE, width, height)
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
      {under !== '' && <p {...spaced(looks.small, 1)}>{under}</p>}
    </>
  )
}

/** The size on the page: shrunk to the room there is, never enlarged; an unknown width fills it. */
export function fitted(
  room: number,
  width = room,
  height?: number,
): { readonly width: number; readonly height?: number } {
  const shown = Math.min(width, room)
  return { width: shown, height: height && Math.max(1, Math.round((height * shown) / width)) }
}
