# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     name: python3
# title: A script as a notebook
# description: A plain Python file with cells, as jupytext, VS Code, PyCharm and Spyder write it.
# ---

# %% [markdown]
# # A script as a notebook
#
# This page is the file `a_script_as_a_notebook.py`. A line that begins with `# %%` begins a cell;
# one with `[markdown]` holds prose. Scripts without such a cell, or without a head of jupytext's,
# are ordinary scripts and no pages.

# %% How many lamps go dark
lamps = {"web-1": True, "web-2": False}
dark = [name for name, lit in lamps.items() if not lit]

# %% tags=["hide-input"]
print(f"{len(dark)} of {len(lamps)} are dark: {', '.join(dark)}")
