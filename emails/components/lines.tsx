import { each } from './each.ts'

/** Plain text with its line breaks kept; each line runs in the direction of its own first letter. */
export function Lines({ text }: { text: string }) {
  return each(text.split('\n'), (line, index) => (
    <>
      {index > 0 && <br />}
      <span dir="auto">{line}</span>
    </>
  ))
}
