import { each } from './each.ts'

/** Plain text with its line breaks kept. */
export function Lines({ text }: { text: string }) {
  return each(text.split('\n'), (line, index) => (
    <>
      {index > 0 && <br />}
      {line}
    </>
  ))
}
