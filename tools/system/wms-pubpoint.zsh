#compdef wms-pubpoint
# SPDX-License-Identifier: LGPL-2.1-or-later
# zsh completion for wms-pubpoint: asks the program for its options, so that
# there is no second list of them.

local -x LC_ALL=C LANGUAGE=
_arguments -s -- \
  '*=FILE*:file:_files' \
  '*=FOLDER*:folder:_files -/' \
  '*=LEVEL*:level:(error warning message info debug)'
