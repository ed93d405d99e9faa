#compdef wms-pubpoint
# SPDX-License-Identifier: LGPL-2.1-or-later
# zsh completion for wms-pubpoint: asks the program for its options, so that
# there is no second list of them.

local -x LC_ALL=C LANGUAGE=
local help line name letter once text argument
local -a specs match mbegin mend

help=$(_call_program options $words[1] --help 2>/dev/null)
# an option and what is said of it in one line: "  -c, --config=FILE  Read ..."
help=${help//$'\n'${(l:30:)}/ }
for line in ${(f)help}; do
  [[ $line =~ '^  (-(.),|   ) --([a-z-]+)(=([^ ]+))?  *(.*)$' ]] || continue
  letter=${match[2]:+-$match[2]} name=$match[3] text="[${match[6]//\]/\\]}]"
  # these may be given more than once
  [[ $match[5] == (NAME|PATH|NETWORK|*\]URL) ]] && once='*' ||
    once="($letter --$name)"
  case $match[5] in
    "") argument= ;;
    FILE) argument=':file:_files' ;;
    FOLDER) argument=':folder:_files -/' ;;
    LEVEL) argument=':level:(error warning message info debug)' ;;
    *) argument=':value: ' ;;
  esac
  specs+=("$once--$name${argument:+=}$text$argument")
  [[ -n $letter ]] && specs+=("$once$letter${argument:++}$text$argument")
done
_arguments -s $specs
