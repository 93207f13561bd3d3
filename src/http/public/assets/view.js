// The web view's player, which reads an article aloud with the browser's own voice, and the links that lead to it.

const synthesis = window.speechSynthesis

for (const player of document.querySelectorAll('[data-read-aloud]')) {
  if (synthesis && 'SpeechSynthesisUtterance' in window) createPlayer(player)
  else player.querySelector('.state').textContent = player.dataset.unavailable
}

/** One paragraph an utterance: browsers stop in the middle of long ones. */
function createPlayer(player) {
  const paragraphs = [...player.querySelectorAll('[data-speech] p')]
  const state = player.querySelector('.state')
  const play = player.querySelector('[data-play]')
  const stop = player.querySelector('[data-stop]')
  let current = 0
  let mode = 'idle'

  play.addEventListener('click', () => {
    if (mode === 'idle') start()
    else if (mode === 'playing') pause()
    else resume()
  })
  stop.addEventListener('click', reset)
  window.addEventListener('pagehide', () => synthesis.cancel())
  document.addEventListener('press-listen', (event) => {
    if (event.target !== player && mode !== 'idle') reset()
  })
  show('idle')
  play.hidden = false

  function start() {
    player.dispatchEvent(new CustomEvent('press-listen', { bubbles: true }))
    synthesis.cancel()
    current = 0
    speak()
  }

  function speak() {
    const paragraph = paragraphs[current]
    if (!paragraph) return reset()
    const utterance = new SpeechSynthesisUtterance(paragraph.textContent)
    const spoken = current
    utterance.lang = player.querySelector('[data-speech]').lang
    utterance.addEventListener('end', () => {
      if (mode === 'idle' || current !== spoken) return
      current += 1
      speak()
    })
    utterance.addEventListener('error', (event) => {
      if (event.error !== 'canceled' && event.error !== 'interrupted') reset()
    })
    synthesis.speak(utterance)
    show('playing')
  }

  function pause() {
    synthesis.pause()
    show('paused')
  }

  function resume() {
    synthesis.resume()
    show('playing')
  }

  function reset() {
    show('idle')
    current = 0
    synthesis.resume()
    synthesis.cancel()
  }

  function show(next) {
    mode = next
    const { play: start, pause: hold, resume: goOn, progress } = player.dataset
    play.textContent = { idle: start, playing: hold, paused: goOn }[mode]
    stop.hidden = mode === 'idle'
    state.textContent =
      mode === 'idle' ? '' : progress.replace('{number}', current + 1).replace('{count}', paragraphs.length)
  }
}

/** Mails link to #listen and #perspective: the one gets the focus, the other opens. */
function followHash() {
  const target = location.hash && document.getElementById(location.hash.slice(1))
  if (!target) return
  const details = target.querySelector('details')
  if (details) details.open = true
  target.querySelector('button:not([hidden]), audio, summary')?.focus({ preventScroll: true })
  target.scrollIntoView()
}

window.addEventListener('hashchange', followHash)
followHash()
