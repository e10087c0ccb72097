import * as fc from 'fast-check'

// The same values for each mutant, so that a survivor survives again; and to know that it fails is enough.
fc.configureGlobal({ seed: 9111, endOnFailure: true })
