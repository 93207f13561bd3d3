// Keeps whoever subscribes on the page they are on. Without this script, or when it fails, the form works as forms do.

for (const form of document.querySelectorAll('form[data-pressroom]')) {
  let isSending = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isSending) return
    isSending = true
    await send(form)
    isSending = false
  })
}

/** Sends a form, and says the answer in its place for answers, where screen readers listen. */
async function send(form) {
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
      credentials: 'omit',
    })
    const { status, message } = await response.json()
    form.querySelector('[role="status"]').textContent = message
    if (status === 'heard') form.reset()
  } catch {
    form.submit()
  }
}
