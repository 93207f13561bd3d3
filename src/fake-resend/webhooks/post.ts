import * as http from 'node:http'
import * as https from 'node:https'

/** What an endpoint answered; status 0 stands for no answer, or one that broke off. */
export type Answer = { readonly status: number; readonly response: string }

/** Posts to endpoints over connections that stay open; follows no redirect. */
export type Poster = {
  post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer>
  close(): void
}

const NO_ANSWER: Answer = { status: 0, response: '' }
const RESPONSE_CHARS = 1_000

export function poster(): Poster {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) }

  function post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer> {
    const isSecure = url.toLowerCase().startsWith('https:')
    const options = { method: 'POST', headers, signal, agent: agents[isSecure ? 'https:' : 'http:'] }
    return new Promise((resolve) => {
      const request = (isSecure ? https : http).request(url, options, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          if (text.length < RESPONSE_CHARS) text += part
        })
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, response: text.slice(0, RESPONSE_CHARS) }),
        )
        response.once('close', () => resolve(NO_ANSWER))
      })
      request.once('error', (error: NodeJS.ErrnoException) => {
        // The endpoint has closed a connection that was idle, just before it was used again: it has heard nothing.
        const again = request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted
        resolve(again ? post(url, headers, body, signal) : NO_ANSWER)
      })
      request.end(body)
    })
  }

  return {
    post,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
