import type { JSX } from 'preact'
import { useId } from 'preact/hooks'

export interface FieldProps extends JSX.InputHTMLAttributes {
  label: string
  error?: string | undefined
  'data-testid'?: string
}

/** A labelled input with room for what is wrong with it. */
export function Field({ label, error, ...input }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        {...input}
      />
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}
