/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string
  /** Where in the value: names and positions, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema makes of a value: what it stands for, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/**
 * A schema of any library that follows Standard Schema 1 (https://standardschema.dev), such as Zod, Valibot or ArkType.
 * These are its few types by shape, so that our declarations need no package that a user must install.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema takes. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['input']

/** What a schema makes of it. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']
