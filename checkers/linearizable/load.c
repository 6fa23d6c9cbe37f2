/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/load.h"

#include <dlfcn.h>
#include <string.h>

bool model_is_path(const char *name)
{
	return strchr(name, '/') != NULL;
}

static int refuse(struct loaded_model *loaded, const char *path,
		  const char *what, struct error *err)
{
	model_unload(loaded);
	return error_set(err, "model %s: %s", path, what);
}

int model_load(struct loaded_model *loaded, const char *path,
	       struct error *err)
{
	const unsigned *version;
	const struct model *model;

	*loaded = (struct loaded_model){ .handle = dlopen(path, RTLD_NOW |
							  RTLD_LOCAL) };
	if (!loaded->handle)
		return error_set(err, "model: %s", dlerror());
	version = dlsym(loaded->handle, "ordeal_model_version");
	model = dlsym(loaded->handle, "ordeal_model");
	if (!version || !model)
		return refuse(loaded, path, "it does not define ordeal_model "
					    "and ordeal_model_version", err);
	if (*version != MODEL_VERSION)
		return refuse(loaded, path, "it was built for another version "
					    "of model.h; build it again", err);
	if (!model->name || !model->init || !model->step || !model->is_pure ||
	    !model->describe || !model->useful_until != !model->hopeless)
		return refuse(loaded, path, "name, init, step, is_pure and "
					    "describe must all be there", err);
	loaded->model = model;
	return 0;
}

void model_unload(struct loaded_model *loaded)
{
	if (loaded->handle)
		dlclose(loaded->handle);
	*loaded = (struct loaded_model){ 0 };
}
