/**
 * Module name under which the page registers the views and the kernel asks for them
 * (`_model_module`, `_view_module`).
 *
 * @example widgetState._model_module === VIEWS_MODULE
 */
export const VIEWS_MODULE = "@forkpoint/widgets";

/**
 * Version of everything in this package (`_model_module_version`, `_view_module_version`).
 * Kernel and page must be of the same minor version.
 *
 * @example widgetState._model_module_version === WIRE_VERSION
 */
export const WIRE_VERSION = "0.1.0";

/**
 * Semver range of wire versions the page can show; given as the version when the views are asked for.
 *
 * @example registry.registerWidget({ name: VIEWS_MODULE, version: WIRE_VERSION, exports })
 */
export const WIRE_RANGE = `^${WIRE_VERSION}`;
