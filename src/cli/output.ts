import type { Terminal } from './terminal.ts'

/**
 * What a command says. stdout is for its result: text for people, or with `--json` exactly one JSON value. Everything
 * on the way there goes to stderr.
 */
export type Output = {
  readonly isJson: boolean
  /** The result. Called once; the text is made only when it is wanted. `oneLine`: its JSON is not broken into lines. */
  result(value: unknown, text: () => string, form?: { readonly oneLine: boolean }): void
  /** Whether the result was given. */
  readonly isGiven: boolean
  /** A line about what is going on; people only. */
  note(line: string): void
  /** A line that matters to scripts too, such as a warning. */
  warn(line: string): void
}

/** Output to a terminal; `isJson` is asked when something is to be said, when the options are known. */
export function createOutput(terminal: Pick<Terminal, 'stdout' | 'stderr'>, isJson: () => boolean): Output {
  let given = false
  return {
    get isJson() {
      return isJson()
    },
    get isGiven() {
      return given
    },
    result(value, text, { oneLine } = { oneLine: false }) {
      given = true
      terminal.stdout.write(`${isJson() ? JSON.stringify(value, null, oneLine ? 0 : 2) : text()}\n`)
    },
    note(line) {
      if (!isJson()) terminal.stderr.write(`${line}\n`)
    },
    warn(line) {
      terminal.stderr.write(`${line}\n`)
    },
  }
}
