// Further panels of the fieldwork screen. Each is a module of its own that gets the `field` object (docs/offline.md).

/** Functions `setup(field)`, in the order in which they are called. */
export const panels = [];
