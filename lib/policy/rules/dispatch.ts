import type { DispatchRule } from '../document';
import { ObjectReader } from '../reader';
import { readArgumentPath } from './limits';

/** Reads `dispatch`: where a tool keeps the name and arguments of the tool it runs; false says that it runs none. */
export function readDispatch(reader: ObjectReader): DispatchRule | false | null {
  const place = reader.get('dispatch');
  if (place === undefined || place.node.kind === 'null') return null;
  if (place.node.kind === 'boolean' && !place.node.value) return false;
  const dispatch = ObjectReader.open('dispatch', place, reader.list);
  if (dispatch === null) return null;
  const tool = readArgumentPath(reader.list, dispatch.get('tool'), 'the tool name');
  const args = dispatch.get('arguments');
  const inner = args === undefined || args.node.kind === 'null' ? null : readArgumentPath(reader.list, args, 'the inner arguments');
  return tool === null ? null : { tool, arguments: inner };
}
