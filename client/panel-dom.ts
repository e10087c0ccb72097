/**
 * An element with attributes and children. Texts become text nodes, so that nothing read from a url or a header is ever
 * parsed as markup.
 */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** A button that does what it says. */
export function button(
  onClick: () => void,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, ...children)
  element.addEventListener('click', onClick)
  return element
}

/**
 * Lends an element the colour of a layer, and of the one below it, by the style sheet's variables. Not by a `style`
 * attribute, which the page's content security policy might forbid.
 */
export function tint<E extends HTMLElement>(element: E, layer: string, below = layer): E {
  element.style.setProperty('--c', `var(--${layer})`)
  element.style.setProperty('--below', `var(--${below})`)
  return element
}

/** A text that only screen readers get. */
export function spoken(text: string): HTMLElement {
  return el('span', { class: 'spoken' }, text)
}
