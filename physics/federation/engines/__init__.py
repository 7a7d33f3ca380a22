"""How clients learn: least squares in closed form, softmax regression and a network step by step."""
