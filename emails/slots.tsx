import { type Context, createContext, type ReactNode, useContext } from 'react'

/** What a template says about one place that is filled for each recipient. */
export type SlotDeclaration =
  | { readonly kind: 'text'; readonly name: string; readonly fallback: string }
  | { readonly kind: 'url'; readonly name: string }
  | { readonly kind: 'when'; readonly attribute: string; readonly is: string | undefined }

/** The tokens of one conditional block, in the order in which they must stand. */
export type WhenTokens = { readonly open: string; readonly otherwise: string; readonly close: string }

/**
 * The slots of one render. A token is 14 digits: the nonce (10), the slot's place in `declared` (3), and a role
 * (0 text or URL; 1 open, 2 otherwise, 3 close of a conditional block). It is digits only, because nothing else survives HTML, attributes, `new URL()`,
 * percent-encoding and upper-casing alike; it starts with a nonce that no article can know, so article text never
 * collides with it.
 */
export class SlotSheet {
  readonly #nonce: string
  readonly #declared: SlotDeclaration[] = []

  /** @param nonce ten digits, new for every render */
  constructor(nonce: string) {
    this.#nonce = nonce
  }

  /** Every slot asked for so far; its place here is the three digits after the nonce in its tokens. */
  get declared(): readonly SlotDeclaration[] {
    return this.#declared
  }

  /** A place for a text; readers without one see `fallback`. */
  text(name: string, fallback: string): string {
    return `${this.#stem({ kind: 'text', name, fallback })}0`
  }

  /** A place for a whole URL, in the form of one, so that components which parse their `href` accept it. */
  url(name: string): string {
    return `https://slot.invalid/${this.#stem({ kind: 'url', name })}0`
  }

  /** The tokens around a block that only some recipients see. */
  when(attribute: string, is: string | undefined): WhenTokens {
    const stem = this.#stem({ kind: 'when', attribute, is })
    return { open: `${stem}1`, otherwise: `${stem}2`, close: `${stem}3` }
  }

  #stem(declaration: SlotDeclaration): string {
    const known = this.#declared.findIndex((other) => JSON.stringify(other) === JSON.stringify(declaration))
    const index = known === -1 ? this.#declared.push(declaration) - 1 : known
    return `${this.#nonce}${String(index).padStart(3, '0')}`
  }
}

// One context however often this file is bundled: a template compiled on its own and the renderer must meet in it.
const CONTEXT = Symbol.for('pressroom.slots')
const shared = globalThis as typeof globalThis & { [CONTEXT]?: Context<SlotSheet | null> }
shared[CONTEXT] ??= createContext<SlotSheet | null>(null)
const SlotContext = shared[CONTEXT]

/** Makes `sheet` the one that the slots below it are written to. */
export function SlotProvider({ sheet, children }: { sheet: SlotSheet; children: ReactNode }) {
  return <SlotContext.Provider value={sheet}>{children}</SlotContext.Provider>
}

/**
 * The slots of the render under way: `useSlots().url('unsubscribe')`. Outside a render of Pressroom (React Email's own
 * preview, say) it answers with a sheet of its own, so that the template still shows.
 */
export function useSlots(): SlotSheet {
  return useContext(SlotContext) ?? new SlotSheet('0000000000')
}

/** A text filled for each recipient: `<Slot name="first_name" fallback="there" />`. */
export function Slot({ name, fallback }: { name: string; fallback: string }) {
  return <>{useSlots().text(name, fallback)}</>
}

/**
 * Shows `children` to recipients whose `attribute` equals `is` (or, without `is`, is not empty), and `otherwise` to
 * the rest. Both are rendered; the choice is made when the edition is filled.
 */
export function When(props: { attribute: string; is?: string; children: ReactNode; otherwise?: ReactNode }) {
  const { open, otherwise, close } = useSlots().when(props.attribute, props.is)
  return (
    <>
      {open}
      {props.children}
      {otherwise}
      {props.otherwise}
      {close}
    </>
  )
}
