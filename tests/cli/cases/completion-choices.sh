# every choice offered is one the program takes
pardon help --completion bash > completion.bash
source completion.bash
compopt () { :; }
offered () {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _pardon
  echo "${COMPREPLY[*]}"
}
for line in "pardon mo" "pardon model " "pardon model g" "pardon help sc" "pardon help --completion " "pardon scan --scale c" \
  "pardon scan --view s" "pardon corrupt --kind d" "pardon scan -k " "pardon scan --mi" "pardon scan compl" "pardon scan --config compl" \
  "pardon scan --model " "pardon scan -m v" "pardon scan --classifier re" "pardon model get " "pardon model add compl"; do
  IFS=' ' read -ra words <<< "$line"
  [[ $line == *" " ]] && words+=("")
  echo "$line: $(offered "${words[@]}")"
done

pardon demo -o pictures --count 1 > /dev/null
for kind in $(offered pardon corrupt --kind ""); do
  pardon corrupt pictures -o "copies/$kind" --kind "$kind" > said 2>&1 || { echo "$kind:"; cat said; }
done
ls copies | wc -l
/usr/bin/python3 "$TOOLS/make_onnx.py" models
mkdir empty && cd empty
for view in $(offered pardon model --view ""); do pardon model add mine ../models/gemm.onnx --view "$view" > said 2>&1 || cat said; rm said; done
for scale in $(offered pardon model --scale ""); do pardon model add mine ../models/gemm.onnx --scale "$scale" > said 2>&1 || cat said; rm said; done
echo "after model add: $(offered pardon scan --model m)"
pardon help --completion zsh | grep -cE '_pardon_or_file|_pardon_models|:value:\('
pardon help --completion fish | grep -E "seen_subcommand_from (model|help); and| -l kind " | cut -c 1-150
