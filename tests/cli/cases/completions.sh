pardon help --completion bash | bash -n && echo "bash reads it"
pardon help --completion tcsh; echo "exit $?"
pardon help --man | head -3
