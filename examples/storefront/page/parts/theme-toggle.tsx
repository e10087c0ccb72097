import { Moon, Sun } from 'lucide-preact'
import { theme, toggleTheme } from '../data/theme.ts'

export function ThemeToggle() {
  const dark = theme.value === 'dark'
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="theme-toggle"
      aria-label={dark ? 'Switch to the light theme' : 'Switch to the dark theme'}
      title={dark ? 'Light theme' : 'Dark theme'}
      onClick={toggleTheme}
    >
      {dark ? <Sun aria-hidden="true" /> : <Moon aria-hidden="true" />}
    </button>
  )
}
