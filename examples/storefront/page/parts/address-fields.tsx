import type { Address } from '../data/api-types.ts'
import { Field } from './field.tsx'

export const EMPTY_ADDRESS: Address = { name: '', street: '', postcode: '', city: '', country: '' }

const FIELDS = [
  { name: 'name', label: 'Full name', autocomplete: 'name', missing: 'Who is it for?' },
  { name: 'street', label: 'Street and number', autocomplete: 'street-address', missing: 'Which street?' },
  { name: 'postcode', label: 'Postcode', autocomplete: 'postal-code', missing: 'Which postcode?' },
  { name: 'city', label: 'City', autocomplete: 'address-level2', missing: 'Which city?' },
  { name: 'country', label: 'Country', autocomplete: 'country-name', missing: 'Which country?' },
] as const satisfies readonly { name: keyof Address; label: string; autocomplete: string; missing: string }[]

export function missingFields(address: Address): (keyof Address)[] {
  return FIELDS.map(({ name }) => name).filter((name) => address[name].trim() === '')
}

export interface AddressFieldsProps {
  address: Address
  showMissing: boolean
  onChange: (address: Address) => void
}

export function AddressFields({ address, showMissing, onChange }: AddressFieldsProps) {
  return (
    <div class="address-fields">
      {FIELDS.map(({ name, label, autocomplete, missing }) => (
        <div key={name} class={`address-${name}`}>
          <Field
            label={label}
            name={name}
            autocomplete={autocomplete}
            maxLength={120}
            required
            data-testid={`address-${name}`}
            value={address[name]}
            error={showMissing && address[name].trim() === '' ? missing : undefined}
            onInput={(event) => onChange({ ...address, [name]: event.currentTarget.value })}
          />
        </div>
      ))}
    </div>
  )
}
