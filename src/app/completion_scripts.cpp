// The shells' side of completion: each hands the words up to the cursor to `dure complete`, which
// prints a candidate and its help a line, then :none, :files or :folders.
#include "app/completion.h"

namespace dure {
namespace {

constexpr std::string_view kBash = R"(# bash completion of dure; made by: dure completion bash
_dure() {
  local cur=${COMP_WORDS[COMP_CWORD]} dure=${COMP_WORDS[0]/#\~/$HOME} line
  [[ $cur == [=:] ]] && cur=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur") ;;
      :folders)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur") ;;
      :*) ;;
      *)
        line=${line%%$'\t'*}
        [[ $line == */ ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$line") ;;
    esac
  done < <("$dure" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _dure dure
)";

constexpr std::string_view kZsh = R"(#compdef dure
# zsh completion of dure; made by: dure completion zsh
_dure() {
  local line mode dure=${words[1]/#\~/$HOME}
  local -a found
  while IFS= read -r line; do
    case $line in
      :*) mode=${line#:} ;;
      *$'\t'*) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
      *) found+=("${line//:/\\:}") ;;
    esac
  done < <("$dure" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='
  (( ${#found} )) && _describe -t values dure found
  case $mode in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _dure ]; then
  _dure "$@"
else
  compdef _dure dure
fi
)";

constexpr std::string_view kFish = R"(# fish completion of dure; made by: dure completion fish
function __dure_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l before ''
    if string match -q -- '--*=*' $words[-1]
        set before (string replace -r -- '=.*' '=' $words[-1])
    end
    set -l dure (string replace -r -- '^~' $HOME $words[1])
    for line in ($dure complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -- "$before" '' (commandline -ct))
            case ':folders'
                __fish_complete_directories (string replace -- "$before" '' (commandline -ct))
            case ':*'
            case '*'
                echo $before$line
        end
    end
end
complete -c dure -f -a '(__dure_complete)'
)";

}  // namespace

std::optional<std::string_view> completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return std::nullopt;
}

}  // namespace dure
