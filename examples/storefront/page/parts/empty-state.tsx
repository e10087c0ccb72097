import type { ComponentChildren } from 'preact'
import { Link } from 'wouter-preact'

export interface EmptyStateProps {
  icon: ComponentChildren
  heading?: string
  children: ComponentChildren
  action?: { href: string; text: string } | { onClick: () => void; text: string }
}

/** A calm word where there is nothing to show, with the way on. */
export function EmptyState({ icon, heading, children, action }: EmptyStateProps) {
  return (
    <div class="empty">
      <div class="tile empty-tile" aria-hidden="true">
        {icon}
      </div>
      {heading && <h2>{heading}</h2>}
      <p>{children}</p>
      {action &&
        ('href' in action ? (
          <Link href={action.href} class="button">
            {action.text}
          </Link>
        ) : (
          <button type="button" class="button" onClick={action.onClick}>
            {action.text}
          </button>
        ))}
    </div>
  )
}
