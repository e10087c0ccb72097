import { Minus, Plus } from 'lucide-preact'
import { useEffect, useState } from 'preact/hooks'
import { MAX_QUANTITY } from '../data/cart.ts'

export interface QuantityStepperProps {
  value: number
  /** Of what; heard, not seen. */
  label: string
  onChange: (value: number) => void
}

/** A number from 1 to the most that a cart line takes. */
export function QuantityStepper({ value, label, onChange }: QuantityStepperProps) {
  // What is being typed may be no number for a moment.
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])

  function commit(): void {
    const typed = /^\d{1,4}$/.test(text.trim()) ? Number(text) : value
    const next = Math.min(Math.max(typed, 1), MAX_QUANTITY)
    setText(String(next))
    if (next !== value) onChange(next)
  }

  return (
    <div class="stepper">
      <button
        type="button"
        aria-label={`One less ${label}`}
        disabled={value <= 1}
        onClick={() => onChange(value - 1)}
      >
        <Minus aria-hidden="true" />
      </button>
      <input
        type="text"
        inputMode="numeric"
        autocomplete="off"
        aria-label={`Quantity of ${label}`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
        }}
      />
      <button
        type="button"
        aria-label={`One more ${label}`}
        disabled={value >= MAX_QUANTITY}
        onClick={() => onChange(value + 1)}
      >
        <Plus aria-hidden="true" />
      </button>
    </div>
  )
}
