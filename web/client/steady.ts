/**
 * Remembers what somebody is looking at, before the page changes around it.
 * @returns brings it back to where it was in the window
 */
export function holdSteady(): () => void {
  const places = beingRead().map((element) => ({ element, top: element.getBoundingClientRect().top }))
  return () => {
    const place = places.find(({ element }) => element.isConnected)
    if (!place) return
    const moved = place.element.getBoundingClientRect().top - place.top
    if (moved !== 0) scrollBy({ top: moved, behavior: 'instant' })
  }
}

/** What has the focus, if it can be seen; else what stands where people read, from the smallest part to the largest. */
function beingRead(): Element[] {
  const found: Element[] = []
  const { activeElement } = document
  if (activeElement && activeElement !== document.body) {
    const { top, bottom } = activeElement.getBoundingClientRect()
    if (bottom > 0 && top < innerHeight) found.push(activeElement)
  }
  const main = document.getElementById('main')
  let element = document.elementFromPoint(innerWidth / 2, innerHeight / 3)
  for (; element && element !== main && main?.contains(element) === true; element = element.parentElement)
    found.push(element)
  return found
}
