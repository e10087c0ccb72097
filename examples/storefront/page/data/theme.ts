import { signal } from '@preact/signals'

export type Theme = 'light' | 'dark'

const STORAGE_KEY = 'theme'
const systemDark = matchMedia('(prefers-color-scheme: dark)')

function chosenTheme(): Theme | undefined {
  // public/theme.js has put a stored choice here before the first paint.
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : undefined
}

/** The theme that is shown. */
export const theme = signal<Theme>(chosenTheme() ?? systemTheme())

systemDark.addEventListener('change', () => {
  if (!chosenTheme()) theme.value = systemTheme()
})

function systemTheme(): Theme {
  return systemDark.matches ? 'dark' : 'light'
}

/** Switches the theme; a choice that is what the system says is not kept, so that the page follows the system again. */
export function toggleTheme(): void {
  const next: Theme = theme.peek() === 'dark' ? 'light' : 'dark'
  theme.value = next
  const follows = next === systemTheme()
  if (follows) delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = next
  try {
    if (follows) localStorage.removeItem(STORAGE_KEY)
    else localStorage.setItem(STORAGE_KEY, next)
  } catch {
    // Storage is refused: the choice lasts as long as the page.
  }
}
