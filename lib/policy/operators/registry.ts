import { equalityOperators } from './equality';
import { filePathOperators } from './file-path';
import { networkOperators } from './network';
import type { Operator } from './operator';
import { orderOperators } from './order';
import { schemaOperators } from './schema';
import { shapeOperators } from './shape';
import { textOperators } from './text';

/** Every operator of the language by name, in the order in which editors list them. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    ...equalityOperators,
    ...orderOperators,
    ...textOperators,
    ...shapeOperators,
    ...schemaOperators,
    ...networkOperators,
    ...filePathOperators,
  ].map((operator) => [operator.name, operator]),
);
