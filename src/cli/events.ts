/**
 * The data of server-sent events (WHATWG HTML, section 9.2), each read as JSON. Names, ids and retry times are not
 * looked at. Ends with the stream, and throws what reading it throws.
 */
export async function* readEvents<Data>(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Data> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stream) {
    text += decoder.decode(part, { stream: true })
    const blocks = text.split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []))
      if (data.length > 0) yield JSON.parse(data.join('\n')) as Data
    }
  }
}
