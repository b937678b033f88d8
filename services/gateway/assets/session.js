// The end of a sign-in, in every tab of this browser: warned of before, and said when it has come.
// Nothing here extends it by itself: only a person's press does, or a page that is opened or sent.
const WARN_S = 5 * 60
const LATE_S = 5 // the server's clock decides; it is asked only when the time is surely up
const MOVED_S = 60 // a sign-in that staying moves by less than this has come to its longest
const STAY = "/session"

const line = document.querySelector("[data-portal-left]")
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("portal-session") : undefined
const dialog = (name) => document.querySelector(`[data-portal-dialog=${name}]`)
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" })

let ends = 0 // milliseconds, by this computer's clock
let warns = 0
let last = false
let timer

const set = (when) => {
  const left = when - Date.now()
  if (when > ends) {
    warns = when - Math.min(WARN_S * 1000, left / 2)
  }
  ends = when
  for (const place of document.querySelectorAll("[data-portal-ends]")) {
    place.textContent = clock.format(ends)
  }
  if (Date.now() < warns && dialog("soon").open) {
    dialog("soon").close()
  }
}

// Whether leaving this page would lose what somebody wrote: a text, a field that was changed, a concern that it carries.
// Fields that came filled in are no reason to stay: the officer's filters stand beside what they found.
const writing = () =>
  document.querySelector("main input[name=draft]") !== null ||
  [...document.querySelectorAll("main textarea")].some((field) => field.value.trim() !== "") ||
  [...document.querySelectorAll("main input, main select")].some((field) =>
    ["radio", "checkbox"].includes(field.type) ? field.checked !== field.defaultChecked : changed(field)
  )

const changed = (field) =>
  field.options
    ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected))
    : field.value !== field.defaultValue

const open = (name) => {
  if (!dialog(name).open) {
    dialog(name).showModal()
  }
}

const over = () => {
  clearInterval(timer)
  dialog("soon").close()
  dialog("last").close()
  if (writing()) {
    open("over")
  } else {
    window.location.replace(STAY) // a page that says why; what was shown here is gone from the screen and from Back
  }
}

const tick = () => {
  if (Date.now() > ends + LATE_S * 1000) {
    over()
  } else if (Date.now() > warns && !last) {
    open("soon")
  }
}

const stay = async () => {
  const before = ends
  const trouble = dialog("soon").querySelector("[data-portal-trouble]")
  try {
    const answer = await fetch(STAY, { cache: "no-store", redirect: "error" })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const left = page.querySelector("[data-portal-left]")
    if (answer.status === 401) {
      over()
      return
    }
    set(Date.now() + Number(left.dataset.portalLeft) * 1000)
  } catch {
    trouble.hidden = false
    return
  }
  trouble.hidden = true
  dialog("soon").close()
  tabs?.postMessage({ ends })
  if (ends < before + MOVED_S * 1000) {
    last = true
    open("last")
  }
}

const watch = () => {
  set(Date.now() + Number(line.dataset.portalLeft) * 1000)
  tabs?.postMessage({ ends })
  document.querySelector("[data-portal-stay]").addEventListener("click", stay)
  dialog("soon").addEventListener("cancel", (event) => {
    event.preventDefault() // Escape: somebody is there
    stay()
  })
  for (const button of document.querySelectorAll("[data-portal-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close())
  }
  timer = setInterval(tick, 1000)
}

if (line && dialog("soon")?.showModal) {
  watch()
  tabs?.addEventListener("message", ({ data }) => data.ends > ends && set(data.ends)) // used in another tab
}
