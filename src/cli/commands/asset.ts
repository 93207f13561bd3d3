import { basename } from 'node:path'
import type { DefineCommand } from '../commands.ts'
import { readInput } from '../read-input.ts'
import { fields, plainLine } from '../table.ts'

type Asset = {
  readonly src: string
  readonly url: string
  readonly width: number
  readonly height: number
  readonly bytes: number
  readonly warnings: readonly string[]
}

/** `pressroom asset`: add. */
export const asset: DefineCommand = (command, session) => {
  const { output, terminal } = session
  command
    .command('add <file>')
    .description('Keep a picture (PNG, JPEG, GIF or WebP, at most 5 MB), for logos and for articles sent as JSON.')
    .action(async (file: string) => {
      const bytes = await readInput(file, terminal)
      const body = { type: 'application/octet-stream', bytes }
      const kept = await session.api.post<Asset>('/assets', { body })
      for (const warning of kept.warnings) output.warn(plainLine(`Note: ${basename(file)}: ${warning}`))
      const size = `${kept.width} × ${kept.height} pixels, ${Math.ceil(kept.bytes / 1024).toLocaleString('en')} KB`
      output.result(kept, () => fields({ 'In articles': kept.src, 'On the web': kept.url, Size: size }))
    })
}
