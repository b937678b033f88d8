// What the pages do when script runs. Every page works without it.
import { Button, CharacterCount, Checkboxes, ErrorSummary, PasswordInput, Radios, SkipLink, Tabs, createAll } from "./govuk-frontend.min.js"
import "./session.js"

// A field that belongs to one choice is hidden until that choice is made. It follows the choices in the page.
for (const field of document.querySelectorAll("[data-portal-reveal]")) {
  const group = field.closest(".govuk-radios")
  const show = () => {
    const chosen = group.querySelector("input[type=radio]:checked")
    field.hidden = chosen?.value !== field.dataset.portalReveal
  }
  group.addEventListener("change", show)
  show()
}

// Counts as the server does (shared/typed.py, length), so that neither refuses what the other lets through.
class Counter extends CharacterCount {
  updateCount() {
    this.count = [...this.$textarea.value.normalize("NFC")].length
  }
}

// More than the server reads is not sent: the counters say by how much each text is too long. A press is stopped before
// the button takes it for a first one, after which it would let no other through for a second.
for (const form of document.querySelectorAll("[data-portal-most-bytes]")) {
  const stopIfTooLong = (event) => {
    const texts = [...form.querySelectorAll("textarea")].sort((a, b) => b.value.length - a.value.length)
    const bytes = texts.reduce((sum, text) => sum + new TextEncoder().encode(text.value).length, 0)
    if (bytes > Number(form.dataset.portalMostBytes)) {
      event.preventDefault()
      event.stopImmediatePropagation()
      texts[0].focus()
    }
  }
  form.addEventListener("submit", stopIfTooLong)
  form.addEventListener("click", (event) => event.target.closest("button[type=submit]") && stopIfTooLong(event), true)
}

// A file that is too large is not sent for nothing; one that takes its time says so. The server decides all the same.
for (const form of document.querySelectorAll("[data-portal-most-file-bytes]")) {
  const stopIfTooLarge = (event) => {
    const tooLarge = form.querySelector("input[type=file]").files[0]?.size > Number(form.dataset.portalMostFileBytes)
    form.querySelector("[data-portal-too-large]").hidden = !tooLarge
    if (tooLarge) {
      event.preventDefault()
      event.stopImmediatePropagation()
    }
  }
  form.addEventListener("click", (event) => event.target.closest("button[type=submit]") && stopIfTooLarge(event), true)
  form.addEventListener("submit", (event) => {
    stopIfTooLarge(event)
    form.querySelector("[data-portal-sending]").hidden = event.defaultPrevented
  })
}

// The form that was sent says which tab to open again. Tabs reads it from the address, and only there: it is gone again
// before the page has loaded, for a browser that finds it then scrolls past the error summary and takes the focus away.
const tabs = document.querySelector("[data-portal-tab]")
const address = window.location.pathname
if (tabs) {
  window.history.replaceState(null, "", `${address}#${tabs.dataset.portalTab}`)
}
createAll(Tabs)
if (tabs) {
  window.history.replaceState(null, "", address)
}
createAll(Button)
createAll(Counter)
createAll(Checkboxes)
createAll(PasswordInput)
createAll(Radios)
createAll(SkipLink)
createAll(ErrorSummary)

for (const button of document.querySelectorAll("[data-portal-print]")) {
  button.hidden = false
  button.addEventListener("click", () => window.print())
}

// A page that the browser kept for "Back" is asked for again: after sign-out nothing is shown.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    window.location.reload()
  }
})
