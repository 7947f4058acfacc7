import type { Values } from "../reading/values";

/** A resource's values without its tags, which change neither what it does nor what it costs. */
export function withoutTags({ tags: _, tags_all: __, ...rest }: Values): Values {
  return rest;
}
